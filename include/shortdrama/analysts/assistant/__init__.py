"""`shortdrama mcp`: assistants read the published marts, and nothing else, over MCP."""
