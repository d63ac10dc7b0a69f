"""The town as it is without anybody looking: roads, traffic, rules. It knows no renderer."""
