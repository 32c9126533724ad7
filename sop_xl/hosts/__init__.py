"""The edge: where the cells live. A file on disk, memory, or (later) Excel itself, all behind one small protocol."""
