"""Who asks and what they may do: sessions, pages, guarded callbacks, routes, audit."""
