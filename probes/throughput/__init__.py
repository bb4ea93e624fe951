"""How much a path carries: packet trains, and iperf3 within a budget of bytes."""
