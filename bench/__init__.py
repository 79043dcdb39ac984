"""What Dialog costs to run, measured: `make bench`, `make profile`; docs/performance.md tells how to read it."""
