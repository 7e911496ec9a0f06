namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>PostgreSQL's built-in types by object id (src/include/catalog/pg_type.dat: fixed for ever).</summary>
public static class BuiltInTypes
{
    private static readonly Dictionary<uint, PostgresKind> Scalars = new()
    {
        [16] = PostgresKind.Boolean,
        [17] = PostgresKind.Bytes,
        [20] = PostgresKind.Integer,
        [21] = PostgresKind.Integer,
        [23] = PostgresKind.Integer,
        [26] = PostgresKind.Integer,
        [700] = PostgresKind.Float,
        [701] = PostgresKind.Float,
        [790] = PostgresKind.Money,
        [1700] = PostgresKind.Numeric,
        [1082] = PostgresKind.Date,
        [1083] = PostgresKind.Time,
        [1266] = PostgresKind.TimeTz,
        [1114] = PostgresKind.Timestamp,
        [1184] = PostgresKind.TimestampTz,
        [1186] = PostgresKind.Interval,
        [1560] = PostgresKind.Bits,
        [1562] = PostgresKind.Bits,
        [600] = PostgresKind.Point,

        // Text as printed: "char", name, text, json, xml, cidr, macaddr8, macaddr, inet, bpchar, varchar, uuid, jsonb and the ranges.
        [18] = PostgresKind.Text,
        [19] = PostgresKind.Text,
        [25] = PostgresKind.Text,
        [114] = PostgresKind.Text,
        [142] = PostgresKind.Text,
        [650] = PostgresKind.Text,
        [774] = PostgresKind.Text,
        [829] = PostgresKind.Text,
        [869] = PostgresKind.Text,
        [1042] = PostgresKind.Text,
        [1043] = PostgresKind.Text,
        [2950] = PostgresKind.Text,
        [3802] = PostgresKind.Text,
        [3904] = PostgresKind.Text,
        [3906] = PostgresKind.Text,
        [3908] = PostgresKind.Text,
        [3910] = PostgresKind.Text,
        [3912] = PostgresKind.Text,
        [3926] = PostgresKind.Text,
    };

    private static readonly Dictionary<uint, uint> Arrays = new()
    {
        [1000] = 16,
        [1001] = 17,
        [1002] = 18,
        [1003] = 19,
        [1005] = 21,
        [1007] = 23,
        [1009] = 25,
        [1014] = 1042,
        [1015] = 1043,
        [1016] = 20,
        [1021] = 700,
        [1022] = 701,
        [1028] = 26,
        [1040] = 829,
        [1041] = 869,
        [651] = 650,
        [1115] = 1114,
        [1182] = 1082,
        [1183] = 1083,
        [1185] = 1184,
        [1187] = 1186,
        [1231] = 1700,
        [1270] = 1266,
        [2951] = 2950,
        [199] = 114,
        [3807] = 3802,
        [143] = 142,
    };

    /// <summary>The type of that object id, or null where it is not built in.</summary>
    /// <param name="objectId">pg_type.oid.</param>
    /// <param name="modifier">atttypmod.</param>
    public static PostgresType? Find(uint objectId, int modifier)
    {
        if (Scalars.TryGetValue(objectId, out var kind))
        {
            return new PostgresType(kind, modifier);
        }

        return Arrays.TryGetValue(objectId, out var element)
            ? new PostgresType(PostgresKind.Array, modifier, new PostgresType(Scalars[element], modifier))
            : null;
    }
}
