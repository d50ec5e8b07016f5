"""Our speed beside others', in one run: `make bench`."""
