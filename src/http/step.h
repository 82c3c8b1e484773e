/* How far a step on a connection came; shared by the connection and its TLS. */
#pragma once

enum connection_step {
    CONNECTION_DONE,   /* open; or bytes went over it               */
    CONNECTION_AGAIN,  /* not yet: try the same once more           */
    CONNECTION_ENDED,  /* the other side has closed it, in good order */
    CONNECTION_BROKEN, /* it is of no use any more                  */
};
