package dev.weft.http.server;

/** A part of a file; of length 0 if the request asked for what is not there. */
record ByteRange(long from, long length) {}
