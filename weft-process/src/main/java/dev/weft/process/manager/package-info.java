/**
 * Objects that several processes share: they live in a manager process, and everybody else has proxies. Start with
 * {@link dev.weft.process.manager.Manager}.
 */
@NullMarked
package dev.weft.process.manager;

import org.jspecify.annotations.NullMarked;
