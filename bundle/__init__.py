"""The browser files that are built at set-up: our plotly.js, a slim Bootstrap, compressed copies."""
