#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants violations in a copy of the tree, one at a time; the lint must name each.
# can_fail.sh ROOT LINT
set -eu
root=$1
lint=$2
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

fresh_copy() {
    rm -rf "$copy/tree"
    mkdir "$copy/tree"
    (cd "$root" && tar -cf - --exclude='./build*' --exclude=./.git .) | tar -xf - -C "$copy/tree"
}

# plant WHAT-MUST-BE-NAMED COMMAND...: runs the command in the copy, then the lint.
plant() {
    named=$1
    shift
    fresh_copy
    (cd "$copy/tree" && eval "$*")
    status=0
    said=$(sh "$root/tests/lint/$lint.sh" "$copy/tree" 2>&1) || status=$?
    if [ $status -ne 1 ]; then
        echo "$lint.sh ended with $status, not 1, after: $*"
        echo "$said"
        exit 1
    fi
    if ! echo "$said" | grep -qF -e "$named"; then
        echo "$lint.sh did not name '$named' after: $*"
        echo "$said"
        exit 1
    fi
}

case $lint in
layering)
    plant '<jack/jack.h>' 'echo "#include <jack/jack.h>" >>stream_core/feed/ring.c'
    plant '<time.h>' 'echo "#include <time.h>" >>stream_core/engine/stream.c'
    plant '<sys/socket.h>' 'echo "#include <sys/socket.h>" >>dac_drivers/virtual/virtual.c'
    plant '<jack/jack.h>' 'echo "#include <jack/jack.h>" >>dac_drivers/transport/net.c'
    plant '<libusb.h>' 'echo "#include <libusb.h>" >>dac_drivers/transport/net.c'
    plant '<libusb.h>' 'echo "#include <libusb.h>" >>dac_drivers/helios/helios_channel.c'
    plant '<jack/jack.h>' 'echo "#include <jack/jack.h>" >>jack_bridge/options/options.c'
    plant '"ether_dream_wire.h"' \
        'echo "#include \"ether_dream_wire.h\"" >>tests/sim/sim_ether_dream.c'
    plant '"transport/net_broadcast.h"' \
        'echo "#include \"transport/net_broadcast.h\"" >>dac_drivers/idn/idn.c'
    plant 'no path out' 'echo "#include \"../stream_core/feed/ring.h\"" >>jack_bridge/options/options.c'
    ;;
arrows)
    plant stream_core/feed/ring 'echo "#include \"feed/feed.h\"" >>stream_core/feed/ring.c'
    plant 'circle' 'printf "void planted(void)\n{\n    helios_session_stop(0, 0);\n}\n" >>dac_drivers/helios/helios_sequencer.c'
    plant 'shape knows stream_core/engine/pace' \
        'echo "#include \"engine/pace.h\"" >>stream_core/beam/shape.c'
    plant 'pcm_thread knows dac_drivers/virtual/virtual' \
        'echo "#include \"virtual/virtual.h\"" >>dac_drivers/transport/pcm/pcm_thread.c'
    plant 'idn knows dac_drivers/helios/helios' \
        'echo "#include \"helios/helios.h\"" >>dac_drivers/idn/idn.c'
    plant 'utf8 knows jack_bridge/bridge/projector' 'printf "void planted(void)\n{\n    bj_projector_stop(0);\n}\n" >>jack_bridge/options/utf8.c'
    plant 'name the room' 'echo "#include \"ring.h\"" >>stream_core/feed/feed.c'
    plant 'in no room' 'mkdir stream_core/planted && : >stream_core/planted/planted.c'
    plant 'around the ring' \
        'echo "int planted(struct bj_ring *ring) { return ring->head > 0; }" >>stream_core/feed/feed.c'
    plant 'core.h' 'echo "#include \"feed/ring.h\"" >>stream_core/include/beamjack/core.h'
    ;;
headers_alone)
    plant stream_core/feed/ring.h 'echo "void bj_planted(FILE *file);" >>stream_core/feed/ring.h'
    plant core.h 'echo "struct bj_planted { int class; };" >>stream_core/include/beamjack/core.h'
    ;;
header_docs)
    plant bj_strerror 'sed -i "s/^BJ_API const char \*bj_strerror/BJ_API void bj_planted(void);\n&/" stream_core/include/beamjack/core.h'
    plant bj_planted 'printf "/** Nobody. */\nBJ_API void bj_planted(void);\n" >>dac_drivers/include/beamjack/dacs.h'
    ;;
mirrored_tests)
    plant stream_core/feed/planted.c ': >stream_core/feed/planted.c'
    plant 'stream_core/feed/ring.c: no' 'rm tests/stream_core/feed/test_ring.c'
    plant 'stream_core/feed/ring.c: no' 'mv tests/stream_core/feed/test_ring.c tests/stream_core/beam'
    plant 'test_ring.c is not built' 'sed -i /test_ring/d tests/stream_core/feed/CMakeLists.txt'
    plant 'no exception' "echo 'stream_core/feed/ring.c planted' >>tests/lint/mirrored_tests.exceptions"
    ;;
format)
    plant stream_core/feed/ring.c 'echo "int  planted ;" >>stream_core/feed/ring.c'
    ;;
spdx)
    plant stream_core/feed/ring.c 'sed -i 1,3d stream_core/feed/ring.c'
    plant tests/run 'sed -i 2d tests/run'
    ;;
flow_order)
    plant planted.c ': >stream_core/feed/planted.c'
    plant planted.c ': >jack_bridge/view/planted.c'
    plant safety.c 'sed -i "s|beam/safety.c$|swap|; s|beam/shape.c$|beam/safety.c|; s|swap|beam/shape.c|" stream_core/CMakeLists.txt'
    ;;
thread_table)
    plant bj_planted 'echo "BJ_API void bj_planted(void);" >>stream_core/include/beamjack/core.h'
    plant bj_feed_push 'sed -i "/\`bj_feed_push\`/s/yes/-/g" docs/THREADS.md'
    plant planted 'sed -i "/^    void (\*finish)/i void (*planted)(void *dac);" stream_core/include/beamjack/driver.h'
    ;;
glossary)
    plant bj_planted 'echo "struct bj_planted;" >>stream_core/include/beamjack/core.h'
    ;;
doc_names)
    plant bj_planted 'echo "\`bj_planted\`" >>docs/GLOSSARY.md'
    plant stream_core/planted.c 'echo "\`stream_core/planted.c\`" >>README.md'
    plant planted.md 'echo "[planted](docs/planted.md)" >>README.md'
    plant 'another program' 'sed -i "s/points.k..i = 1/&0/" docs/examples/circle.c'
    ;;
safety)
    plant planted_test 'sed -i "/^| Limit /{n;a | planted | \`stream_core/beam/safety.c\` | \`tests/stream_core/beam/test_safety.c\` \`planted_test\` |
}" docs/SAFETY.md'
    plant 'no test proves' 'sed -i "/^| Limit /{n;a | planted | \`stream_core/beam/safety.c\` | |
}" docs/SAFETY.md'
    ;;
realtime)
    plant 'planted calls usleep' 'printf "void planted(void)\n{\n    usleep(1);\n}\n" >>stream_core/engine/engine.c'
    plant 'planted calls malloc' 'printf "void *planted(void)\n{\n    return malloc(1);\n}\n" >>dac_drivers/ether_dream/ether_dream.c'
    plant 'planted calls printf' 'printf "void planted(void)\n{\n    printf(0);\n}\n" >>stream_core/feed/feed.c'
    ;;
man_page)
    plant --planted 'echo "static const char *planted = \"--planted\";" >>jack_bridge/options/options.c'
    plant --planted 'echo ".It Fl -planted" >>docs/beamjack.1'
    ;;
examples)
    plant 'flower.pd' 'echo "#X obj 10 10 planted~;" >>docs/examples/flower.pd'
    plant 'flower.csd' 'sed -i "s/aX = /aX = planted(/" docs/examples/flower.csd'
    plant 'flower.scd' 'echo "(" >>docs/examples/flower.scd'
    ;;
ci_failures)
    plant 'words of a test' 'sed -i "s/^failing { keep/never { keep/" .ci/failures'
    plant 'words said early' 'sed -i "s/told < early/told < 0/" .ci/failures'
    plant 'tests without an end' 'sed -i "s/ running\[\$3\] = 1;//" .ci/failures'
    plant 'too long' 'sed -i "s/most = 6/most = 600/" .ci/failures'
    ;;
*)
    echo "can_fail.sh: nothing is planted for $lint"
    exit 1
    ;;
esac
