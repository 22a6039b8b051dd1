/* Stand-in: nothing of it is used by name. Test code. */
