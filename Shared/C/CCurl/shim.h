#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions; one wrapper for each type of argument.
static inline CURLcode hearth_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode hearth_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode hearth_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode hearth_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode hearth_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}
typedef size_t (*hearth_curl_sink)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode hearth_curl_set_sink(CURL *easy, CURLoption option, hearth_curl_sink value) {
    return curl_easy_setopt(easy, option, value);
}
static inline long hearth_curl_response_code(CURL *easy) {
    long code = 0;
    return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK ? code : 0;
}
/// Bytes of the request that were handed to the network, over all connections that libcurl tried by itself.
static inline long hearth_curl_sent_byte_count(CURL *easy) {
    long count = 0;
    return curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &count) == CURLE_OK ? count : 0;
}
static inline CURLMcode hearth_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
/// The next finished transfer and how it ended; NULL when there is none.
static inline CURL *hearth_curl_multi_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    struct CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
