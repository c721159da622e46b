"""Who waits when all want in: FlowSchemas and PriorityLevelConfigurations."""
