namespace HospitalStreaming.Core.Changes;

/// <summary>Reason codes of records that cannot be read (dlq.reason).</summary>
public static class RejectionCodes
{
    /// <summary>Not JSON, or JSON of a shape no change has.</summary>
    public const string BadJson = "bad_json";

    /// <summary>Not UTF-8, or an escape that is half a character.</summary>
    public const string BadUtf8 = "bad_utf8";

    /// <summary>op is none of c, u, d, r, t, m.</summary>
    public const string UnknownOperation = "unknown_op";

    /// <summary>No source block.</summary>
    public const string MissingSource = "missing_source";

    /// <summary>A field that this op needs is missing.</summary>
    public const string MissingField = "missing_field";

    /// <summary>A field has another type than it must have, or a value outside its type.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>A change of a keyed table without a key.</summary>
    public const string NullKey = "null_key";

    /// <summary>A message, or a truncate where the warehouse cannot empty a table.</summary>
    public const string UnsupportedOperation = "unsupported_op";

    /// <summary>Larger than what is read.</summary>
    public const string TooLarge = "too_large";
}
