"""The controllers' names, those that kube-controller-manager gives them in --controllers."""

NAMESPACES = "namespace-controller"
GARBAGE_COLLECTOR = "garbage-collector-controller"
SERVICE_ACCOUNTS = "serviceaccount-controller"
ROOT_CA = "root-ca-certificate-publisher-controller"
QUOTAS = "resourcequota-controller"
ROLE_AGGREGATION = "clusterrole-aggregation-controller"
ALL = (NAMESPACES, GARBAGE_COLLECTOR, SERVICE_ACCOUNTS, ROOT_CA, QUOTAS, ROLE_AGGREGATION)
