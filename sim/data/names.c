/* Lists of names. */
#include "sim/data/names.h"

#include "sim/base/chance.h"

static const char *const firsts[] = {
    "Ada",     "Amara",  "Anneke",  "Arlo",    "Basil",  "Beatrix", "Bram",    "Calla",  "Cedric",
    "Chiara",  "Corin",  "Dalia",   "Darius",  "Delphi", "Edda",    "Eamon",   "Elowen", "Emeka",
    "Esme",    "Fabian", "Farida",  "Fintan",  "Freya",  "Gideon",  "Greta",   "Hana",   "Hugo",
    "Idris",   "Ines",   "Ingrid",  "Isidore", "Jasper", "Juno",    "Kaia",    "Kenzo",  "Lazlo",
    "Leonie",  "Linnea", "Lucan",   "Mabel",   "Magnus", "Marisol", "Mateo",   "Milena", "Nadia",
    "Niamh",   "Noor",   "Oberon",  "Odette",  "Orla",   "Oskar",   "Paloma",  "Priya",  "Quill",
    "Ravi",    "Romy",   "Saoirse", "Selwyn",  "Silas",  "Tamsin",  "Thora",   "Ulric",  "Vesna",
    "Wendell", "Xanthe", "Yara",    "Yusuf",   "Zelda",  "Zoë",     "Günther", "Renée",  "José",
};

static const char *const lasts[] = {
    "Abernethy",  "Achebe",      "Albrecht",   "Ashgrove",     "Bellweather",     "Birchall",
    "Blackwood",  "Bramley",     "Brightwell", "Calloway",     "Carmody",         "Castellan",
    "Chandra",    "Cloverdale",  "Crabtree",   "D'Arcy",       "Dunmore",         "Eastlake",
    "Elderfield", "Fairbrook",   "Farnsworth", "Fenwick",      "Fitzgerald-Lowe", "Galloway",
    "Goldfinch",  "Greenhalgh",  "Hartwell",   "Hawthorne",    "Haverstock",      "Hollis",
    "Inglewood",  "Iwamoto",     "Jernigan",   "Kestrel",      "Kowalczyk",       "Lachlan",
    "Larkspur",   "Lindqvist",   "Lockhart",   "Longbottom",   "Marchetti",       "Merriweather",
    "Müller",     "Nakagawa",    "Netherby",   "Nightingale",  "O'Sullivan",      "Oakhurst",
    "Okafor",     "Pemberton",   "Penhallow",  "Quillfeather", "Rainsford",       "Ravensdale",
    "Redfern",    "Rosewarne",   "Sandoval",   "Silverlock",   "Stonebridge",     "Strangways",
    "Tanaka",     "Thistlewood", "Trelawny",   "Underhill",    "Van der Berg",    "Vasquez",
    "Wainwright", "Weatherby",   "Whitlock",   "Yarrow",
};

static const char *const streets[] = {
    "Wattle Street", "Banksia Road",  "Grevillea Lane", "Station Street", "Jacaranda Avenue",
    "Harbour Row",   "Mill Crescent", "Old Ferry Road", "Cockatoo Close", "Lantern Street",
    "Quarry Road",   "Bluegum Drive", "Church Hill",    "Pelican Parade", "Tinsmith Lane",
};

static const char *const suburbs[] = {
    "Wattle Flat NSW 2795", "Eastmarsh NSW 2991",   "Ferny Hollow NSW 2992", "Port Lorne NSW 2993",
    "Stonequarry NSW 2994", "Upper Kells NSW 2995", "Magpie Creek NSW 2996", "Saltwater NSW 2997",
};

#define PICK(list, chance) ((list)[chance_below((chance), lengthof(list))])

const char *name_first(uint64_t chance)
{
    return PICK(firsts, chance);
}

const char *name_last(uint64_t chance)
{
    return PICK(lasts, chance);
}

const char *name_street(uint64_t chance)
{
    return PICK(streets, chance);
}

const char *name_suburb(uint64_t chance)
{
    return PICK(suburbs, chance);
}
