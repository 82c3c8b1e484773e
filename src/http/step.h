/* The result of a step on a connection; shared by the connection and its TLS. */
#pragma once

enum connection_step {
    CONNECTION_DONE,   /* open; or bytes were sent or received        */
    CONNECTION_AGAIN,  /* not yet: try the same again                 */
    CONNECTION_ENDED,  /* the other side has closed it, in good order */
    CONNECTION_BROKEN, /* it is of no use any more                    */
};
