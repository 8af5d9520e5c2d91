/** Where inputs come from: arguments, lines, CSV, JSON lines, files, and products or zips of these. */
@NullMarked
package dev.weft.cli.map.input;

import org.jspecify.annotations.NullMarked;
