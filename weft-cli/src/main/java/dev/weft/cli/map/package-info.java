/** {@code weft map}: runs a command over many inputs. The contract is in docs/map.md. */
@NullMarked
package dev.weft.cli.map;

import org.jspecify.annotations.NullMarked;
