/**
 * What every plug-in has to keep to, as tests that its author can run: extend the contract of what
 * you implement, say how an instance is made and what it is to be asked about, and run it with
 * JUnit 5. These classes come in the test JAR of {@code pit-core}:
 *
 * <pre>{@code
 * <dependency>
 *   <groupId>org.lazaruspit</groupId>
 *   <artifactId>pit-core</artifactId>
 *   <type>test-jar</type>
 *   <scope>test</scope>
 * </dependency>
 * }</pre>
 */
@NullMarked
package org.lazaruspit.pit.contract;

import org.jspecify.annotations.NullMarked;
