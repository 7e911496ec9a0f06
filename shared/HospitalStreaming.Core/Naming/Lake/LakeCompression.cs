namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>How an object's lines are stored; part of its name.</summary>
public enum LakeCompression
{
    /// <summary>One gzip member; .json.gz.</summary>
    Gzip,

    /// <summary>Plain lines; .json.</summary>
    None,
}
