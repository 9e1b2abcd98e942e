"""Questions that pages may ask. Every function takes a Reader (connection + release + Scope)."""
