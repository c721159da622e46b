"""LimitRanges and ResourceQuotas: how much there may be."""
