// SPDX-License-Identifier: Apache-2.0

/// Messages of package `querier.v1`.
package enum QuerierV1 {}
