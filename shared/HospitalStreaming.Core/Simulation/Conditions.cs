using System.Collections.Immutable;

namespace HospitalStreaming.Core.Simulation;

/// <summary>What people come with, and how often in which month.</summary>
internal static class Conditions
{
    private static readonly ImmutableArray<ImmutableArray<int>> MonthPercent =
    [
        [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100],
        [160, 155, 125, 95, 75, 60, 55, 55, 80, 105, 130, 155],
        [420, 380, 220, 80, 30, 12, 8, 8, 15, 50, 140, 320],
        [40, 60, 150, 240, 250, 170, 90, 80, 90, 60, 40, 30],
        [50, 55, 75, 100, 130, 160, 180, 175, 130, 90, 60, 50],
    ];

    public static ImmutableArray<Condition> All { get; } =
    [
        Make("Influenza", "General Practice", 34, Season.Flu, 80, 260, false, "Oseltamivir", "Paracetamol"),
        Make("Acute upper respiratory infection", "General Practice", 70, Season.Winter, 70, 190, false, "Paracetamol", "Ibuprofen", "Amoxicillin 500"),
        Make("Acute bronchitis", "General Practice", 40, Season.Winter, 90, 280, false, "Salbutamol", "Doxycycline", "Paracetamol"),
        Make("Essential hypertension", "General Practice", 80, Season.Flat, 90, 240, true, "Lisinopril", "Amlodipine", "Losartan", "Hydrochlorothiazide") with { MinAge = 35 },
        Make("Type 2 diabetes mellitus", "Endocrinology", 55, Season.Flat, 120, 480, true, "Metformin", "Empagliflozin", "Insulin glargine") with { MinAge = 30 },
        Make("Hypothyroidism", "Endocrinology", 20, Season.Flat, 110, 300, true, "Levothyroxine") with { MinAge = 20 },
        Make("Hyperlipidemia", "General Practice", 50, Season.Flat, 80, 210, true, "Atorvastatin", "Rosuvastatin") with { MinAge = 35 },
        Make("Annual health check", "General Practice", 75, Season.Flat, 90, 220, false),
        Make("Low back pain", "General Practice", 45, Season.Flat, 90, 320, false, "Naproxen", "Ibuprofen", "Tramadol") with { MinAge = 18 },
        Make("Urinary tract infection", "General Practice", 38, Season.Summer, 90, 250, false, "Nitrofurantoin", "Ciprofloxacin") with { MinAge = 12 },
        Make("Iron deficiency anemia", "General Practice", 18, Season.Flat, 90, 240, true, "Ferrous sulfate") with { MinAge = 12 },
        Make("Coronary artery disease", "Cardiology", 28, Season.Winter, 320, 2_800, true, "Aspirin", "Atorvastatin", "Metoprolol", "Clopidogrel") with { MinAge = 45 },
        Make("Atrial fibrillation", "Cardiology", 20, Season.Flat, 280, 1_900, true, "Apixaban", "Metoprolol") with { MinAge = 50 },
        Make("Heart failure", "Cardiology", 14, Season.Winter, 450, 6_500, true, "Furosemide", "Lisinopril", "Metoprolol") with { MinAge = 50 },
        Make("Chest pain, unspecified", "Emergency Medicine", 26, Season.Flat, 480, 2_600, false, "Aspirin") with { MinAge = 25 },
        Make("Laceration", "Emergency Medicine", 30, Season.Summer, 220, 900, false, "Amoxicillin-clavulanate", "Paracetamol"),
        Make("Fracture of forearm", "Emergency Medicine", 20, Season.Summer, 650, 4_200, false, "Ibuprofen", "Tramadol"),
        Make("Appendicitis", "Emergency Medicine", 6, Season.Flat, 6_500, 18_500, false, "Ceftriaxone", "Morphine", "Ondansetron") with { MinAge = 6, MaxAge = 60 },
        Make("Heat exhaustion", "Emergency Medicine", 8, Season.Summer, 260, 980, false),
        Make("Pneumonia", "Pulmonology", 22, Season.Winter, 380, 5_200, false, "Azithromycin", "Ceftriaxone", "Doxycycline"),
        Make("Asthma", "Pulmonology", 36, Season.Spring, 130, 620, true, "Salbutamol", "Budesonide"),
        Make("Chronic obstructive pulmonary disease", "Pulmonology", 20, Season.Winter, 220, 2_100, true, "Salbutamol", "Budesonide", "Prednisone") with { MinAge = 45 },
        Make("Well child visit", "Pediatrics", 48, Season.Flat, 90, 210, false) with { MaxAge = 17 },
        Make("Acute otitis media", "Pediatrics", 34, Season.Winter, 90, 230, false, "Amoxicillin 500", "Ibuprofen") with { MaxAge = 12 },
        Make("Gastroenteritis", "Gastroenterology", 30, Season.Winter, 110, 720, false, "Ondansetron"),
        Make("Gastroesophageal reflux disease", "Gastroenterology", 28, Season.Flat, 110, 520, true, "Omeprazole") with { MinAge = 18 },
        Make("Osteoarthritis of knee", "Orthopedics", 34, Season.Flat, 180, 1_400, true, "Naproxen", "Paracetamol") with { MinAge = 45 },
        Make("Sprain of ankle", "Orthopedics", 26, Season.Summer, 140, 620, false, "Ibuprofen") with { MinAge = 6, MaxAge = 70 },
        Make("Hip replacement", "Orthopedics", 3, Season.Flat, 14_000, 34_000, false, "Morphine", "Apixaban") with { MinAge = 55 },
        Make("Atopic dermatitis", "Dermatology", 24, Season.Winter, 110, 380, true, "Hydrocortisone", "Cetirizine"),
        Make("Psoriasis", "Dermatology", 8, Season.Flat, 180, 1_200, true, "Adalimumab", "Hydrocortisone") with { MinAge = 16 },
        Make("Allergic rhinitis", "Otolaryngology", 34, Season.Spring, 80, 240, false, "Cetirizine"),
        Make("Acute sinusitis", "Otolaryngology", 26, Season.Winter, 90, 280, false, "Amoxicillin-clavulanate", "Paracetamol") with { MinAge = 6 },
        Make("Migraine", "Neurology", 26, Season.Flat, 160, 880, true, "Sumatriptan", "Naproxen") with { MinAge = 14, MaxAge = 65 },
        Make("Major depressive disorder", "Psychiatry", 28, Season.Winter, 150, 460, true, "Sertraline") with { MinAge = 16 },
        Make("Generalized anxiety disorder", "Psychiatry", 24, Season.Flat, 150, 420, true, "Sertraline") with { MinAge = 16 },
        Make("Glaucoma", "Ophthalmology", 16, Season.Flat, 140, 680, true, "Latanoprost") with { MinAge = 45 },
        Make("Benign prostatic hyperplasia", "Urology", 16, Season.Flat, 140, 560, true, "Tamsulosin") with { MinAge = 50, MenOnly = true },
        Make("Antenatal visit", "Obstetrics and Gynecology", 36, Season.Flat, 130, 420, false, "Ferrous sulfate") with { MinAge = 18, MaxAge = 44, WomenOnly = true },
        Make("Normal delivery", "Obstetrics and Gynecology", 6, Season.Flat, 5_800, 14_500, false, "Paracetamol", "Ibuprofen") with { MinAge = 18, MaxAge = 44, WomenOnly = true },
        Make("Herpes zoster", "Dermatology", 9, Season.Flat, 110, 340, false, "Aciclovir", "Paracetamol") with { MinAge = 45 },
    ];

    /// <summary>Running totals of the conditions' weights, a row a month.</summary>
    private static readonly ImmutableArray<ImmutableArray<int>> Totals = [.. Enumerable.Range(0, 12).Select(TotalsOf)];

    /// <summary>Something this person may come with in that month (0 for January); a health check where chance finds nothing fitting.</summary>
    public static Condition Pick(ref SplitMix chance, int month, int age, bool woman)
    {
        var totals = Totals[month];
        for (var attempt = 0; attempt < 12; attempt++)
        {
            var drawn = chance.Below(totals[^1]);
            var index = 0;
            while (totals[index] <= drawn)
            {
                index++;
            }

            var condition = All[index];
            if (age >= condition.MinAge && age <= condition.MaxAge && !(condition.WomenOnly && !woman) && !(condition.MenOnly && woman))
            {
                return condition;
            }
        }

        return HealthCheck;
    }

    private static readonly Condition HealthCheck = All.Single(condition => condition.Diagnosis == "Annual health check");

    private static ImmutableArray<int> TotalsOf(int month)
    {
        var total = 0;
        return [.. All.Select(condition => total += condition.Weight * MonthPercent[(int)condition.Season][month])];
    }

    private static Condition Make(
        string diagnosis, string specialization, int weight, Season season, int lowest, int highest, bool chronic, params string[] medicines) =>
        new(diagnosis, specialization, weight, season, lowest, highest, chronic, [.. medicines.Select(Formulary.IdOf)]);
}
