/**
 * @topsail/engine acts. It reads the repository into a `Snapshot`, lets @topsail/core decide, and carries the
 * decision out. This is the programmatic API: the CLI uses nothing else.
 */
export {}
