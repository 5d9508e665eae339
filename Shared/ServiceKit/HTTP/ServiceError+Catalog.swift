// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
package import RPC

extension ServiceError {
    /// What a client is told when the catalogue did not answer; its absence passes by itself.
    package init(_ error: CatalogError) {
        switch error {
        case .unavailable: self.init(.unavailable, "the catalogue is out of reach", cause: error)
        case .cancelled: self = .canceled
        default: self = .internal(error)
        }
    }
}
