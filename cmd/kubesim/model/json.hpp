// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace catena::kubesim {

struct JsonMember;

/// A JSON value that keeps the order of members and the digits of numbers as they were written.
/// Looking up what is not there gives a null value, never an error.
class Json {
 public:
  struct Number {
    std::string text;
    bool operator==(const Number&) const = default;
  };
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;

  Json();
  Json(std::nullptr_t);
  Json(bool value);
  Json(int value);
  Json(std::int64_t value);
  Json(std::uint64_t value);
  Json(const char* value);
  Json(std::string_view value);
  Json(std::string value);
  Json(Number value);
  Json(Array value);
  Json(Object value);
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_string() const;
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_bool() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool is_object() const;

  /// The string; empty for every other kind.
  [[nodiscard]] std::string_view text() const;
  /// A string, number or boolean as text; empty for every other kind.
  [[nodiscard]] std::string scalar() const;
  [[nodiscard]] std::int64_t integer(std::int64_t otherwise = 0) const;
  [[nodiscard]] bool boolean(bool otherwise = false) const;
  /// The digits of a number as written; empty for every other kind.
  [[nodiscard]] std::string_view digits() const;

  /// Elements of an array; none for every other kind.
  [[nodiscard]] const Array& items() const;
  /// Members of an object; none for every other kind.
  [[nodiscard]] const Object& members() const;
  /// Elements and members, and whether there are none.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] const Json* find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The member of that name, or a null value.
  const Json& operator[](std::string_view name) const;
  /// The value at a dotted path such as `metadata.name`, or a null value.
  [[nodiscard]] const Json& at(std::string_view path) const;

  /// The member of that name, made if it is not there; a value that is no object becomes one.
  Json& member(std::string_view name);
  /// Sets a member in place or adds it at the end.
  Json& set(std::string_view name, Json value);
  void erase(std::string_view name);
  /// Appends to an array; a value that is no array becomes one.
  void push(Json value);
  /// The elements to change; a value that is no array becomes an empty one.
  Array& elements();
  /// The members to change; a value that is no object becomes an empty one.
  Object& fields();

  bool operator==(const Json& other) const;

  /// The value in the shortest form.
  [[nodiscard]] std::string write() const;
  /// The value with two blanks a level, as a real API server writes `/version`.
  [[nodiscard]] std::string write_pretty() const;

 private:
  std::variant<std::nullptr_t, bool, Number, std::string, Array, Object> value_;
};

struct JsonMember {
  std::string name;
  Json value;
  bool operator==(const JsonMember&) const = default;
};

struct JsonError {
  std::string message;
};

inline constexpr std::size_t kMaximumJsonDepth = 64;

/// Reads one JSON document; an error for anything else, also for one nested too deeply or that is
/// not UTF-8.
boost::system::result<Json, JsonError> parse_json(std::string_view text);

/// Builders: `object({{"name", "web"}, {"port", 80}})` and `array({1, 2})`.
Json object(std::initializer_list<std::pair<std::string_view, Json>> members = {});
Json array(std::initializer_list<Json> elements = {});

}  // namespace catena::kubesim
