/** {@code weft cluster}: credentials and agents of a cluster. */
@NullMarked
package dev.weft.cli.cluster;

import org.jspecify.annotations.NullMarked;
