"""The bus as Foxglove shows it: channels with schemas, over Foxglove's WebSocket protocol. An optional extra, `foxglove`."""
