/* What is found, for programs. */
#include "console/index/indexer.h"
#include "console/inside.h"
#include "console/pages/pages.h"
#include "json/writer.h"

bool api_index_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    struct indexer_words words = indexer_words(x->console->indexer);

    (void)err;
    json_open_object(&w);
    json_member_i64(&w, "documents", words.documents);
    json_member_i64(&w, "waiting", words.waiting);
    json_member_i64(&w, "wordless", words.wordless);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}
