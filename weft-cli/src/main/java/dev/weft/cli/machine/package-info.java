/** What the program finds out about the machine, the JVM and what is installed. */
@NullMarked
package dev.weft.cli.machine;

import org.jspecify.annotations.NullMarked;
