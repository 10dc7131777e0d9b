// A printer that speaks IPP: what is asked of it becomes a message over HTTP, its answer the JSON of a remote's answer. Every call goes
// through the transport beneath, so that addresses, TLS and deadlines are held to the rules of all calls. Executor's thread.
#pragma once
#include "runtime/http/transport.h"

namespace mlc::printing {

// POST …/documents: Print-Job with a job-name that bears the effect's mark, so that Get-Jobs tells later whether it arrived.
// GET …/jobs: {"jobs":[{"id","name","mark","state"}]}, printed ones too. GET …/status: 200, or why it would not print.
// Header fields of a connection's settings: Printer-Format (the document-format that the printer is told), Printer-User.
Task<http::SendResult> ask_ipp_printer(http::Transport& beneath, http::OutgoingRequest request);

}  // namespace mlc::printing
