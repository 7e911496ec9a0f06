using System.Security.Cryptography;
using System.Text;
using HospitalStreaming.Modelling.Compiling;

namespace HospitalStreaming.Transform.Building;

/// <summary>A short text that changes when what a model is made of changes, its own SQL or that of a model it reads.</summary>
internal static class Definition
{
    public static string Of(CompiledModel model)
    {
        var text = $"{model.Kind}\n{model.Relation}\n{string.Join(',', model.Grain)}\n{model.Sql}\n{model.SqlFromSources}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
    }
}
