// SPDX-License-Identifier: Apache-2.0
import Glibc
import Hearthctl

@main
struct Main {
    static func main() async { exit(await ControlProgram.main()) }
}
