/* The document of a worker, and the requests about it. */
#pragma once

/* Answers requests until the console wants no more, or has asked nothing for WIRE_IDLE_S. */
void job_serve(int socket);
