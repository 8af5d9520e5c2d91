/** What the classes of users call in place of what would end the program. Visible to them, and used by nobody else. */
@NullMarked
package dev.weft.cli.function.guard;

import org.jspecify.annotations.NullMarked;
