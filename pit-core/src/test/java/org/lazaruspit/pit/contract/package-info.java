/**
 * Contracts of plug-ins, as tests for their authors: extend the contract of the implemented
 * interface, provide instances and test data, and run it with JUnit 5. The classes are in the test
 * JAR of {@code pit-core}:
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
