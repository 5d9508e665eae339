// SPDX-License-Identifier: Apache-2.0

/// Messages of package `types.v1`.
package enum TypesV1 {}
