// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What LXD 5.0.2 answered, with a storage pool on a thin pool of LVM.
enum LXDFixtures {
    /// `/1.0`, of which much is left out here.
    static let server = #"""
        {"type":"sync","status":"Success","status_code":200,"operation":"","error_code":0,"error":"","metadata":{"api_ve\#
        rsion":"1.0","auth":"trusted","environment":{"kernel_version":"6.1.176","server":"lxd","server_clustered":false,\#
        "server_event_mode":"full-mesh","server_name":"(none)","server_version":"5.0.2","storage":"lvm"}}}
        """#

    /// `/1.0/storage-pools?recursion=1`
    static let pools = #"""
        {"type":"sync","status":"Success","status_code":200,"operation":"","error_code":0,"error":"","metadata":[{"confi\#
        g":{"lvm.thinpool_name":"tp","lvm.vg_name":"vg","source":"vg","volatile.initial_source":"vg","volume.size":"256M\#
        iB"},"description":"","name":"depot","driver":"lvm","used_by":["/1.0/images/18321b0a8bfddb0e96f301540ec3af2528fa\#
        79821c7f245c63517b5e642f176d","/1.0/instances/c1","/1.0/instances/c1?project=side","/1.0/instances/my-c2"],"stat\#
        us":"Created","locations":["none"]}]}
        """#

    /// `/1.0/instances?recursion=1&all-projects=true`: c1 and my-c2, and another c1 in project side.
    static let instances = #"""
        {"type":"sync","status":"Success","status_code":200,"operation":"","error_code":0,"error":"","metadata":[{"archi\#
        tecture":"x86_64","config":{"image.os":"Busybox","image.release":"1.35","security.privileged":"true","volatile.b\#
        ase_image":"18321b0a8bfddb0e96f301540ec3af2528fa79821c7f245c63517b5e642f176d","volatile.cloud-init.instance-id":\#
        "2b39c4da-6c31-4804-a9d8-090576971ddd","volatile.idmap.base":"0","volatile.idmap.current":"[]","volatile.idmap.n\#
        ext":"[]","volatile.last_state.idmap":"[]","volatile.last_state.power":"RUNNING","volatile.uuid":"a0a70a95-510c-\#
        4b85-a5d8-22237226bbc3"},"devices":{"root":{"path":"/","pool":"depot","type":"disk"}},"ephemeral":false,"profile\#
        s":["default"],"stateful":false,"description":"","created_at":"2026-11-24T12:18:24.338975615Z","expanded_config"\#
        :{"image.os":"Busybox","image.release":"1.35","security.privileged":"true","volatile.base_image":"18321b0a8bfddb\#
        0e96f301540ec3af2528fa79821c7f245c63517b5e642f176d","volatile.cloud-init.instance-id":"2b39c4da-6c31-4804-a9d8-0\#
        90576971ddd","volatile.idmap.base":"0","volatile.idmap.current":"[]","volatile.idmap.next":"[]","volatile.last_s\#
        tate.idmap":"[]","volatile.last_state.power":"RUNNING","volatile.uuid":"a0a70a95-510c-4b85-a5d8-22237226bbc3"},"\#
        expanded_devices":{"root":{"path":"/","pool":"depot","type":"disk"}},"name":"c1","status":"Running","status_code\#
        ":103,"last_used_at":"2026-11-24T12:18:27.265525119Z","location":"none","type":"container","project":"side"},{"a\#
        rchitecture":"x86_64","config":{"image.os":"Busybox","image.release":"1.35","security.privileged":"true","user.t\#
        ier":"db","volatile.base_image":"18321b0a8bfddb0e96f301540ec3af2528fa79821c7f245c63517b5e642f176d","volatile.clo\#
        ud-init.instance-id":"4f5efd8b-3ffa-4564-a6cd-5347792dd660","volatile.idmap.base":"0","volatile.idmap.current":"\#
        []","volatile.idmap.next":"[]","volatile.last_state.idmap":"[]","volatile.last_state.power":"RUNNING","volatile.\#
        uuid":"cca66918-8df4-44dc-b504-f8de885d5578"},"devices":{"root":{"path":"/","pool":"depot","type":"disk"}},"ephe\#
        meral":false,"profiles":["default"],"stateful":false,"description":"","created_at":"2026-11-24T12:18:13.87995583\#
        9Z","expanded_config":{"image.os":"Busybox","image.release":"1.35","security.privileged":"true","user.tier":"db"\#
        ,"volatile.base_image":"18321b0a8bfddb0e96f301540ec3af2528fa79821c7f245c63517b5e642f176d","volatile.cloud-init.i\#
        nstance-id":"4f5efd8b-3ffa-4564-a6cd-5347792dd660","volatile.idmap.base":"0","volatile.idmap.current":"[]","vola\#
        tile.idmap.next":"[]","volatile.last_state.idmap":"[]","volatile.last_state.power":"RUNNING","volatile.uuid":"cc\#
        a66918-8df4-44dc-b504-f8de885d5578"},"expanded_devices":{"root":{"path":"/","pool":"depot","type":"disk"}},"name\#
        ":"c1","status":"Running","status_code":103,"last_used_at":"2026-11-24T12:18:20.036422783Z","location":"none","t\#
        ype":"container","project":"default"},{"architecture":"x86_64","config":{"image.os":"Busybox","image.release":"1\#
        .35","security.privileged":"true","volatile.base_image":"18321b0a8bfddb0e96f301540ec3af2528fa79821c7f245c63517b5\#
        e642f176d","volatile.cloud-init.instance-id":"6d417875-1f12-42d5-8427-f9eadb5cfa2e","volatile.idmap.base":"0","v\#
        olatile.idmap.current":"[]","volatile.idmap.next":"[]","volatile.last_state.idmap":"[]","volatile.last_state.pow\#
        er":"RUNNING","volatile.uuid":"0edbfbae-e1c6-41b4-bb4d-d206522ae038"},"devices":{"root":{"path":"/","pool":"depo\#
        t","type":"disk"}},"ephemeral":false,"profiles":["default"],"stateful":false,"description":"","created_at":"2026\#
        -11-24T12:18:20.520035967Z","expanded_config":{"image.os":"Busybox","image.release":"1.35","security.privileged"\#
        :"true","volatile.base_image":"18321b0a8bfddb0e96f301540ec3af2528fa79821c7f245c63517b5e642f176d","volatile.cloud\#
        -init.instance-id":"6d417875-1f12-42d5-8427-f9eadb5cfa2e","volatile.idmap.base":"0","volatile.idmap.current":"[]\#
        ","volatile.idmap.next":"[]","volatile.last_state.idmap":"[]","volatile.last_state.power":"RUNNING","volatile.uu\#
        id":"0edbfbae-e1c6-41b4-bb4d-d206522ae038"},"expanded_devices":{"root":{"path":"/","pool":"depot","type":"disk"}\#
        },"name":"my-c2","status":"Running","status_code":103,"last_used_at":"2026-11-24T12:18:23.778905471Z","location"\#
        :"none","type":"container","project":"default"}]}
        """#
}
