/** Numbers, names and tables as people read them. */
@NullMarked
package dev.weft.cli.text;

import org.jspecify.annotations.NullMarked;
