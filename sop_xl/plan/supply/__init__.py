"""Supply planning: the network of stocks and sources, the plan within every limit, why it falls short, and what would help."""
