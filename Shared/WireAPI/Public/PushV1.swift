// SPDX-License-Identifier: Apache-2.0

/// Messages of package `push.v1`.
package enum PushV1 {}
