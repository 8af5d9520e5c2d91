/** Keys, certificates and addresses of a cluster. */
@NullMarked
package dev.weft.cluster.security;

import org.jspecify.annotations.NullMarked;
