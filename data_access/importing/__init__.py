"""Files in: receive, decode, parse, load. Nothing here is visible to readers before a release is published."""
