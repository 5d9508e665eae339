// SPDX-License-Identifier: Apache-2.0
import Distributor
import Glibc

@main
struct Main {
    static func main() async { exit(await DistributorProgram.main()) }
}
