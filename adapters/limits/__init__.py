"""Rate limits by the limits library, in memory or shared through Redis."""
