"""What outputs that lead to other machines share: a store that survives, a link that reconnects, and messages with ids."""
