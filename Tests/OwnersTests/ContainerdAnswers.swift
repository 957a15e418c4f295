// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials

/// What a containerd 1.6.20 answers, each a protobuf message, when it has one container: `ctr containers create --snapshotter
/// devmapper --label tier=idle --label 'odd=ä "x"' docker.io/library/busybox:latest idle /bin/sleep 1`.
enum ContainerdAnswers {
    static let namespaces = decoded("CgkKB2RlZmF1bHQ=")
    static let mounts = decoded("CiIKBGV4dDQSGi9kZXYvbWFwcGVyL2RldnBvb2wtc25hcC0y")
    static let containers = decoded(
        """
        CqMYCgRpZGxlEgwKBHRpZXISBGlkbGUSDQoDb2RkEgbDpCAieCISMQomaW8uY29udGFpbmVyZC5pbWFnZS5jb25maWcuc3RvcC1zaWduYWwSB1NJR1RFUk
        0aIGRvY2tlci5pby9saWJyYXJ5L2J1c3lib3g6bGF0ZXN0IjUKFWlvLmNvbnRhaW5lcmQucnVuYy52MhIcChpjb250YWluZXJkLnJ1bmMudjEuT3B0aW9u
        cyrEFgo2dHlwZXMuY29udGFpbmVyZC5pby9vcGVuY29udGFpbmVycy9ydW50aW1lLXNwZWMvMS9TcGVjEokWeyJvY2lWZXJzaW9uIjoiMS4wLjItZGV2Ii
        wicHJvY2VzcyI6eyJ1c2VyIjp7InVpZCI6MCwiZ2lkIjowLCJhZGRpdGlvbmFsR2lkcyI6WzBdfSwiYXJncyI6WyIvYmluL3NsZWVwIiwiMSJdLCJlbnYi
        OlsiUEFUSD0vdXNyL2xvY2FsL3NiaW46L3Vzci9sb2NhbC9iaW46L3Vzci9zYmluOi91c3IvYmluOi9zYmluOi9iaW4iXSwiY3dkIjoiLyIsImNhcGFiaW
        xpdGllcyI6eyJib3VuZGluZyI6WyJDQVBfQ0hPV04iLCJDQVBfREFDX09WRVJSSURFIiwiQ0FQX0ZTRVRJRCIsIkNBUF9GT1dORVIiLCJDQVBfTUtOT0Qi
        LCJDQVBfTkVUX1JBVyIsIkNBUF9TRVRHSUQiLCJDQVBfU0VUVUlEIiwiQ0FQX1NFVEZDQVAiLCJDQVBfU0VUUENBUCIsIkNBUF9ORVRfQklORF9TRVJWSU
        NFIiwiQ0FQX1NZU19DSFJPT1QiLCJDQVBfS0lMTCIsIkNBUF9BVURJVF9XUklURSJdLCJlZmZlY3RpdmUiOlsiQ0FQX0NIT1dOIiwiQ0FQX0RBQ19PVkVS
        UklERSIsIkNBUF9GU0VUSUQiLCJDQVBfRk9XTkVSIiwiQ0FQX01LTk9EIiwiQ0FQX05FVF9SQVciLCJDQVBfU0VUR0lEIiwiQ0FQX1NFVFVJRCIsIkNBUF
        9TRVRGQ0FQIiwiQ0FQX1NFVFBDQVAiLCJDQVBfTkVUX0JJTkRfU0VSVklDRSIsIkNBUF9TWVNfQ0hST09UIiwiQ0FQX0tJTEwiLCJDQVBfQVVESVRfV1JJ
        VEUiXSwicGVybWl0dGVkIjpbIkNBUF9DSE9XTiIsIkNBUF9EQUNfT1ZFUlJJREUiLCJDQVBfRlNFVElEIiwiQ0FQX0ZPV05FUiIsIkNBUF9NS05PRCIsIk
        NBUF9ORVRfUkFXIiwiQ0FQX1NFVEdJRCIsIkNBUF9TRVRVSUQiLCJDQVBfU0VURkNBUCIsIkNBUF9TRVRQQ0FQIiwiQ0FQX05FVF9CSU5EX1NFUlZJQ0Ui
        LCJDQVBfU1lTX0NIUk9PVCIsIkNBUF9LSUxMIiwiQ0FQX0FVRElUX1dSSVRFIl19LCJybGltaXRzIjpbeyJ0eXBlIjoiUkxJTUlUX05PRklMRSIsImhhcm
        QiOjEwMjQsInNvZnQiOjEwMjR9XSwibm9OZXdQcml2aWxlZ2VzIjp0cnVlfSwicm9vdCI6eyJwYXRoIjoicm9vdGZzIn0sIm1vdW50cyI6W3siZGVzdGlu
        YXRpb24iOiIvcHJvYyIsInR5cGUiOiJwcm9jIiwic291cmNlIjoicHJvYyIsIm9wdGlvbnMiOlsibm9zdWlkIiwibm9leGVjIiwibm9kZXYiXX0seyJkZX
        N0aW5hdGlvbiI6Ii9kZXYiLCJ0eXBlIjoidG1wZnMiLCJzb3VyY2UiOiJ0bXBmcyIsIm9wdGlvbnMiOlsibm9zdWlkIiwic3RyaWN0YXRpbWUiLCJtb2Rl
        PTc1NSIsInNpemU9NjU1MzZrIl19LHsiZGVzdGluYXRpb24iOiIvZGV2L3B0cyIsInR5cGUiOiJkZXZwdHMiLCJzb3VyY2UiOiJkZXZwdHMiLCJvcHRpb2
        5zIjpbIm5vc3VpZCIsIm5vZXhlYyIsIm5ld2luc3RhbmNlIiwicHRteG1vZGU9MDY2NiIsIm1vZGU9MDYyMCIsImdpZD01Il19LHsiZGVzdGluYXRpb24i
        OiIvZGV2L3NobSIsInR5cGUiOiJ0bXBmcyIsInNvdXJjZSI6InNobSIsIm9wdGlvbnMiOlsibm9zdWlkIiwibm9leGVjIiwibm9kZXYiLCJtb2RlPTE3Nz
        ciLCJzaXplPTY1NTM2ayJdfSx7ImRlc3RpbmF0aW9uIjoiL2Rldi9tcXVldWUiLCJ0eXBlIjoibXF1ZXVlIiwic291cmNlIjoibXF1ZXVlIiwib3B0aW9u
        cyI6WyJub3N1aWQiLCJub2V4ZWMiLCJub2RldiJdfSx7ImRlc3RpbmF0aW9uIjoiL3N5cyIsInR5cGUiOiJzeXNmcyIsInNvdXJjZSI6InN5c2ZzIiwib3
        B0aW9ucyI6WyJub3N1aWQiLCJub2V4ZWMiLCJub2RldiIsInJvIl19LHsiZGVzdGluYXRpb24iOiIvcnVuIiwidHlwZSI6InRtcGZzIiwic291cmNlIjoi
        dG1wZnMiLCJvcHRpb25zIjpbIm5vc3VpZCIsInN0cmljdGF0aW1lIiwibW9kZT03NTUiLCJzaXplPTY1NTM2ayJdfV0sImFubm90YXRpb25zIjp7Im9kZC
        I6IsOkIFwieFwiIiwidGllciI6ImlkbGUifSwibGludXgiOnsicmVzb3VyY2VzIjp7ImRldmljZXMiOlt7ImFsbG93IjpmYWxzZSwiYWNjZXNzIjoicndt
        In0seyJhbGxvdyI6dHJ1ZSwidHlwZSI6ImMiLCJtYWpvciI6MSwibWlub3IiOjMsImFjY2VzcyI6InJ3bSJ9LHsiYWxsb3ciOnRydWUsInR5cGUiOiJjIi
        wibWFqb3IiOjEsIm1pbm9yIjo4LCJhY2Nlc3MiOiJyd20ifSx7ImFsbG93Ijp0cnVlLCJ0eXBlIjoiYyIsIm1ham9yIjoxLCJtaW5vciI6NywiYWNjZXNz
        IjoicndtIn0seyJhbGxvdyI6dHJ1ZSwidHlwZSI6ImMiLCJtYWpvciI6NSwibWlub3IiOjAsImFjY2VzcyI6InJ3bSJ9LHsiYWxsb3ciOnRydWUsInR5cG
        UiOiJjIiwibWFqb3IiOjEsIm1pbm9yIjo1LCJhY2Nlc3MiOiJyd20ifSx7ImFsbG93Ijp0cnVlLCJ0eXBlIjoiYyIsIm1ham9yIjoxLCJtaW5vciI6OSwi
        YWNjZXNzIjoicndtIn0seyJhbGxvdyI6dHJ1ZSwidHlwZSI6ImMiLCJtYWpvciI6NSwibWlub3IiOjEsImFjY2VzcyI6InJ3bSJ9LHsiYWxsb3ciOnRydW
        UsInR5cGUiOiJjIiwibWFqb3IiOjEzNiwiYWNjZXNzIjoicndtIn0seyJhbGxvdyI6dHJ1ZSwidHlwZSI6ImMiLCJtYWpvciI6NSwibWlub3IiOjIsImFj
        Y2VzcyI6InJ3bSJ9XX0sImNncm91cHNQYXRoIjoiL2RlZmF1bHQvaWRsZSIsIm5hbWVzcGFjZXMiOlt7InR5cGUiOiJwaWQifSx7InR5cGUiOiJpcGMifS
        x7InR5cGUiOiJ1dHMifSx7InR5cGUiOiJtb3VudCJ9LHsidHlwZSI6Im5ldHdvcmsifV0sIm1hc2tlZFBhdGhzIjpbIi9wcm9jL2FjcGkiLCIvcHJvYy9h
        c291bmQiLCIvcHJvYy9rY29yZSIsIi9wcm9jL2tleXMiLCIvcHJvYy9sYXRlbmN5X3N0YXRzIiwiL3Byb2MvdGltZXJfbGlzdCIsIi9wcm9jL3RpbWVyX3
        N0YXRzIiwiL3Byb2Mvc2NoZWRfZGVidWciLCIvc3lzL2Zpcm13YXJlIiwiL3Byb2Mvc2NzaSJdLCJyZWFkb25seVBhdGhzIjpbIi9wcm9jL2J1cyIsIi9w
        cm9jL2ZzIiwiL3Byb2MvaXJxIiwiL3Byb2Mvc3lzIiwiL3Byb2Mvc3lzcnEtdHJpZ2dlciJdfX0yCWRldm1hcHBlcjoEaWRsZUIMCJS7ltgGEL3ci8cCSg
        wIlLuW2AYQvdyLxwI=
        """)

    private static func decoded(_ text: String) -> [UInt8] {
        Data(base64Encoded: text, options: .ignoreUnknownCharacters).map { Array($0) } ?? []
    }
}
