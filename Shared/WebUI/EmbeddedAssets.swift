// SPDX-License-Identifier: Apache-2.0
// Sound because every pointer is to a constant of this executable: never freed, never written, as long as
// stated.
internal import CWebAssets

/// The files that the compiler embedded.
enum EmbeddedAssets {
    /// Name and content of every file, copied out.
    static func all() -> [(name: String, bytes: [UInt8])] {
        (0..<hearth_asset_count()).map { index in
            let asset = unsafe hearth_asset_at(index)
            let bytes = unsafe Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
            return unsafe (String(cString: asset.name), bytes)
        }
    }
}
